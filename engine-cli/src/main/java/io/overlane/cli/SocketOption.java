// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import io.overlane.admin.SocketPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of {@code ctl} and {@code top} that names the program to ask. */
public final class SocketOption
{
    @Option(names = "--admin", paramLabel = "PATH", description =
        "Admin socket of the bridge or node. Default: the only one in /run/overlane for root, in " +
        "$XDG_RUNTIME_DIR/overlane otherwise.")
    private @Nullable Path admin;

    /**
     * @return the socket that is given, or the only one.
     * @throws IOException if none is given and there is not exactly one; the message is one line.
     */
    public Path path() throws IOException
    {
        return admin == null ? only() : admin;
    }

    private static Path only() throws IOException
    {
        final Path directory = SocketPath.directory();
        if (directory == null)
        {
            throw new IOException(
                "XDG_RUNTIME_DIR is not set; pass the path of the socket with --admin PATH");
        }
        final List<Path> sockets = SocketPath.list(directory);
        if (sockets.isEmpty())
        {
            throw new IOException("there is no admin socket in " + directory + "; pass its path with --admin" +
                ("root".equals(System.getProperty("user.name")) ? "" : ", or run it as root if root runs the bridge"));
        }
        if (sockets.size() > 1)
        {
            throw new IOException("there are several admin sockets; choose one of --admin " + String.join(
                ", --admin ", sockets.stream().map(Path::toString).toList()));
        }
        return sockets.get(0);
    }
}
