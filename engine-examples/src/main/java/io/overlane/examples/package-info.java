/** The runnable jar: where a command line begins, and the README's first example. */
package io.overlane.examples;
