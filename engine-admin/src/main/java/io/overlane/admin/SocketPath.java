// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where admin sockets are by default: {@code /run/overlane} for root, {@code $XDG_RUNTIME_DIR/overlane} otherwise. */
public final class SocketPath
{
    private static final String SUFFIX = ".sock";

    private SocketPath()
    {
    }

    /**
     * @return the directory of this user, which need not exist; null if {@code XDG_RUNTIME_DIR} is not set.
     */
    public static @Nullable Path directory()
    {
        return directory(System.getProperty("user.name"), System.getenv("XDG_RUNTIME_DIR"));
    }

    static @Nullable Path directory(final String user, final @Nullable String runtimeDirectory)
    {
        if ("root".equals(user))
        {
            return Path.of("/run/overlane");
        }
        return runtimeDirectory == null || runtimeDirectory.isEmpty() ?
            null :
            Path.of(runtimeDirectory, "overlane");
    }

    /**
     * @param directory of sockets.
     * @param name      of a device, or another name of the program.
     * @return its socket.
     */
    public static Path of(final Path directory, final String name)
    {
        return directory.resolve(name + SUFFIX);
    }

    /**
     * @param directory of sockets; need not exist.
     * @return the sockets in it, dead ones included, in order of their names.
     * @throws IOException if it cannot be read.
     */
    public static List<Path> list(final Path directory) throws IOException
    {
        final List<Path> sockets = new ArrayList<>();
        if (Files.isDirectory(directory))
        {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX))
            {
                files.forEach(sockets::add);
            }
        }
        Collections.sort(sockets);
        return sockets;
    }
}
