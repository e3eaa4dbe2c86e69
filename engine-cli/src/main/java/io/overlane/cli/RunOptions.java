// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import picocli.CommandLine.Option;

/** The options of {@code tun-bridge} that are about its run, not about what it carries. Null where not given. */
public final class RunOptions
{
    /** What {@code --admin} says when there is to be no socket. */
    public static final String NO_ADMIN = "off";

    @Option(names = "--stats", paramLabel = "SECONDS", description =
        "Seconds between two tables of rates and drop reasons. Default: 0, totals at the end only.")
    public Integer statsSeconds;

    @Option(names = "--admin", paramLabel = "PATH|off", description =
        "Unix-domain socket for 'ctl', which only the bridge's user can open; off for none. Default: " +
        "/run/overlane/DEVICE.sock for root, $XDG_RUNTIME_DIR/overlane/DEVICE.sock otherwise; none if it cannot be " +
        "opened.")
    public String admin;
}
