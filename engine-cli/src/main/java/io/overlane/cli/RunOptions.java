// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import io.overlane.admin.SocketPath;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code tun-bridge} for its run rather than its traffic; null if they are not given. */
public final class RunOptions
{
    /** Value of {@code --admin} for no socket. */
    private static final String NO_ADMIN = "off";

    @Option(names = "--stats", paramLabel = "SECONDS", description =
        "Seconds between two tables of rates and drop reasons. Default: 0, totals at the end only.")
    public @Nullable Integer statsSeconds;

    @Option(names = "--admin", paramLabel = "PATH|off", description =
        "Unix-domain socket for 'ctl', which only the bridge's user can open; off for none. Default: " +
        "/run/overlane/DEVICE.sock for root, $XDG_RUNTIME_DIR/overlane/DEVICE.sock otherwise; none if it cannot be " +
        "opened.")
    public @Nullable String admin;

    @Option(names = "--pcapng", paramLabel = "FILE", description =
        "Write every packet with its verdict to this pcapng file, the first 128 bytes of each; at 100 MB it becomes " +
        "FILE.1, and so on up to FILE.9. 'ctl capture' has filters and limits. Default: none.")
    public @Nullable Path pcapng;

    @Option(names = "--take-over", paramLabel = "SOCKET", description =
        "Unix-domain socket by which a bridge replaces the one that runs here, without losing frames: if a bridge " +
        "answers there, it ends and leaves its devices, its UDP socket, the frames that wait in them and what it " +
        "learned; then this bridge answers there. Default: none.")
    public @Nullable Path takeOver;

    /** Options for HTTP. */
    @Mixin
    public HttpOptions http = new HttpOptions();

    /**
     * @param admin value of {@code --admin}.
     * @param name  of the default socket.
     * @return path of the admin socket, or null for none.
     */
    public static @Nullable Path adminSocket(final @Nullable String admin, final String name)
    {
        if (admin != null)
        {
            return NO_ADMIN.equals(admin) ? null : Path.of(admin);
        }
        final Path directory = SocketPath.directory();
        return directory == null ? null : SocketPath.of(directory, name);
    }
}
