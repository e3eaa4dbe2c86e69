/** What every command shares: errors of one line, the version, how long to run, the table of {@code --stats}. */
package io.overlane.examples.cli;
