"use strict";
const { url, cookie, header } = document.currentScript.dataset;
SwaggerUIBundle({
  url,
  dom_id: "#document",
  deepLinking: true,
  requestInterceptor(request) {
    const found = document.cookie.split("; ").find((each) => each.startsWith(cookie + "="));
    if (found && new URL(request.url, location).origin === location.origin) {
      request.headers[header] = decodeURIComponent(found.slice(cookie.length + 1));
    }
    return request;
  },
});
