/** Tests of what every command shares. */
package io.overlane.examples.cli;
