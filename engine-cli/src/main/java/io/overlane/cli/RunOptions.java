// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import picocli.CommandLine.Option;

/** The options of {@code tun-bridge} that are about its run, not about what it carries. Null where not given. */
public final class RunOptions
{
    /** What {@code --admin} says when there is to be no socket. */
    public static final String NO_ADMIN = "off";

    @Option(names = "--stats", paramLabel = "SECONDS", description =
        "Print a table of rates and drop reasons every so many seconds. Default: 0, totals at the end only.")
    public Integer statsSeconds;

    @Option(names = "--admin", paramLabel = "PATH|off", description =
        "Unix-domain socket on which 'ctl' reaches the running bridge; only its user can open it. Default: " +
        "/run/overlane/DEVICE.sock for root, $XDG_RUNTIME_DIR/overlane/DEVICE.sock otherwise, and none if that " +
        "cannot be had.")
    public String admin;
}
