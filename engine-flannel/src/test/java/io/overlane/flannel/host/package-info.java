/** Starts the tests that need a network namespace of their own. */
package io.overlane.flannel.host;
