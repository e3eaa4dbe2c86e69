// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import picocli.CommandLine.Option;

/** The options of {@code tun-bridge} for its run rather than its traffic. Null if not given. */
public final class RunOptions
{
    /** Value of {@code --admin} for no socket. */
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
