/** The command line: one runnable idea per file. */
package io.overlane.examples;
