// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.CloseHelper;

/**
 * A listening Unix-domain socket that only its owner can reach from the moment it has its name. It replaces a socket
 * that a dead process left.
 *
 * <p>Java cannot set a umask. So the socket is bound in a directory that only the owner can enter, gets its mode, and
 * is then renamed; the rename also replaces the old socket. The process that holds the {@link NameLock} owns the name;
 * otherwise two processes that start together could each take the other for dead.
 */
final class AdminSocket implements AutoCloseable
{
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final int BACKLOG = 16;

    /**
     * In bytes; Linux has room for 107, macOS for 103. A socket can be renamed to a longer path, but nobody can
     * connect.
     */
    private static final int MAX_PATH_LENGTH = 103;

    private final Path path;
    private final NameLock lock;
    private final ServerSocketChannel channel;
    private final Object fileKey;

    private AdminSocket(final Path path, final NameLock lock, final ServerSocketChannel channel, final Object key)
    {
        this.path = path;
        this.lock = lock;
        this.channel = channel;
        fileKey = key;
    }

    /**
     * @param path of the socket. If its directory is missing, it is made for the owner only.
     * @return the listening socket.
     * @throws IOException if it cannot be opened, or a running process has it; the message is one line and names the
     *     path.
     */
    static AdminSocket listen(final Path path) throws IOException
    {
        final Path absolute = path.toAbsolutePath();
        if (absolute.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_LENGTH)
        {
            throw new IOException(
                "cannot open admin socket " + path + ": the path is longer than " + MAX_PATH_LENGTH + " bytes");
        }
        final Path directory = absolute.getParent();
        if (directory == null)
        {
            throw new IOException("cannot open admin socket " + path + ": this is the root directory");
        }
        makeDirectory(directory);
        final NameLock lock = NameLock.tryLock(absolute);
        if (lock == null)
        {
            throw inUse(absolute);
        }
        try
        {
            requireReplaceable(absolute);
            return bind(absolute, lock);
        }
        catch (final IOException | RuntimeException ex)
        {
            CloseHelper.quietClose(lock);
            throw ex;
        }
    }

    ServerSocketChannel channel()
    {
        return channel;
    }

    /** Stop listening and remove the file, unless it belongs to another socket now. */
    @Override
    public void close()
    {
        if (!channel.isOpen())
        {
            return;
        }
        CloseHelper.quietClose(channel);
        try
        {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && fileKey.equals(fileKey(path)))
            {
                Files.delete(path);
            }
        }
        catch (final IOException ex)
        {
            // Nobody listens on it any more, and the next process replaces it.
        }
        CloseHelper.quietClose(lock);
    }

    private static void makeDirectory(final Path directory) throws IOException
    {
        if (!Files.isDirectory(directory))
        {
            Files.createDirectories(directory, permissions("rwx------"));
        }
    }

    private static void requireReplaceable(final Path path) throws IOException
    {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS))
        {
            return;
        }
        if (!Files.getAttribute(path, "isOther", LinkOption.NOFOLLOW_LINKS).equals(true))
        {
            throw new IOException(path + " exists and is not a socket");
        }
        boolean isAlive = true;
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX))
        {
            probe.connect(UnixDomainSocketAddress.of(path));
        }
        catch (final IOException ex)
        {
            // Refused: nobody listens any more.
            isAlive = false;
        }
        if (isAlive)
        {
            throw inUse(path);
        }
    }

    private static AdminSocket bind(final Path path, final NameLock lock) throws IOException
    {
        // A short name, as the limit holds for this path too.
        final Path room = Files.createDirectory(
            path.resolveSibling("." + Integer.toHexString(ThreadLocalRandom.current().nextInt())),
            permissions("rwx------"));
        final Path inside = room.resolve("s");
        final ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try
        {
            channel.bind(UnixDomainSocketAddress.of(inside), BACKLOG);
            Files.setPosixFilePermissions(inside, OWNER_ONLY);
            final Object key = fileKey(inside);
            Files.move(inside, path, StandardCopyOption.ATOMIC_MOVE);
            channel.configureBlocking(false);
            return new AdminSocket(path, lock, channel, key);
        }
        catch (final IOException | RuntimeException ex)
        {
            CloseHelper.quietClose(channel);
            Files.deleteIfExists(inside);
            throw new IOException("cannot open admin socket " + path + ": " + ex.getMessage(), ex);
        }
        finally
        {
            Files.deleteIfExists(room);
        }
    }

    private static Object fileKey(final Path path) throws IOException
    {
        return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }

    private static FileAttribute<Set<PosixFilePermission>> permissions(final String text)
    {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }

    private static IOException inUse(final Path path)
    {
        return new IOException("admin socket " + path + " is in use by a running process");
    }
}
