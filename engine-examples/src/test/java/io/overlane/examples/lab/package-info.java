/**
 * Hosts on one wire or one switch, made of network namespaces: what the integration tests run the packaged jar in.
 */
package io.overlane.examples.lab;
