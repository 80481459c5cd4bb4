"use strict";
const { url, cookie, header } = document.currentScript.dataset;
const { token } = document.getElementById("document").dataset;
SwaggerUIBundle({
  url,
  dom_id: "#document",
  deepLinking: true,
  requestInterceptor(request) {
    const found = document.cookie.split("; ").find((each) => each.startsWith(cookie + "="));
    if (new URL(request.url, location).origin === location.origin) {
      request.headers[header] = found ? decodeURIComponent(found.slice(cookie.length + 1)) : token;
    }
    return request;
  },
});
