// SPDX-License-Identifier: Apache-2.0
/** What every command shares: errors of one line, the version, the options of a run, the table of {@code --stats}. */
package io.overlane.cli;
