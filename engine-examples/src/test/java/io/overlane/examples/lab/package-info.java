/**
 * Two hosts on one wire, made of network namespaces: what the integration tests run the packaged jar in.
 */
package io.overlane.examples.lab;
