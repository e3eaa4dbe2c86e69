/** Tests of configuration files as settings of a bridge. */
package io.overlane.examples.bridge.config;
