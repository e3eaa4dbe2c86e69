// SPDX-License-Identifier: Apache-2.0

/** The socket by which an operator asks a running engine about its tables and counters, and changes its entries. */
@SuppressWarnings("module") // The modules that are named below are compiled later.
module io.overlane.admin
{
    requires static org.jspecify;
    requires transitive io.overlane.core;
    requires io.overlane.replay;

    exports io.overlane.admin;
    exports io.overlane.admin.command;

    exports io.overlane.admin.rule to io.overlane.cli;
}
