/**
 * The command line from outside: its words in one JVM, and integration tests that run the packaged jar between network
 * namespaces of their own.
 */
package io.overlane.examples;
