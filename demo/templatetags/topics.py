"""``{% topics as all_topics %}``: the pages that the navigation links to."""

from django import template

from demo.examples import Topic
from demo.topics import TOPICS

register = template.Library()


@register.simple_tag
def topics() -> list[Topic]:
    return TOPICS
