/** Integration tests: they run the packaged jar between two network namespaces of their own. */
package io.overlane.examples;
