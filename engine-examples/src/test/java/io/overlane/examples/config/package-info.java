/** Tests of configuration files as trees. */
package io.overlane.examples.config;
