/** The HTTP client against servers that are written out byte by byte. */
package io.overlane.flannel.http;
