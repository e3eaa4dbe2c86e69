// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * The right to use a path, which one process of the host has at a time: a lock on the file {@code PATH.lock}. The
 * kernel releases it when the process ends; {@link #close()} also removes the file.
 *
 * <p>Removing the file alone would be unsafe: while a second process makes and locks a new file, a third one could lock
 * the old file, which it had opened before. So each process checks that the file it has locked is the one with the
 * name: it gives the locked file a random length, and compares that with the length of the file with the name. Java
 * cannot compare the identity of an open file.
 */
final class NameLock implements AutoCloseable
{
    private static final int MAX_LENGTH = 1 << 20;

    /**
     * Paths locked by this JVM: closing any channel to a file releases all its locks of this process, so it must be
     * opened only once.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private NameLock(final Path file, final FileChannel channel)
    {
        this.file = file;
        this.channel = channel;
    }

    /**
     * @param path to lock; its directory exists.
     * @return the lock; null if another process holds it.
     * @throws IOException if the lock file cannot be written.
     */
    static @Nullable NameLock tryLock(final Path path) throws IOException
    {
        final Path file = Objects.requireNonNull(path.getParent()).toRealPath().resolve(path.getFileName() + ".lock");
        if (!HELD.add(file))
        {
            return null;
        }
        NameLock lock = null;
        try
        {
            lock = lock(file);
            return lock;
        }
        finally
        {
            if (lock == null)
            {
                HELD.remove(file);
            }
        }
    }

    /** Remove the file and release the lock. Call this once. */
    @Override
    public void close()
    {
        try
        {
            if (isNamed(file, channel))
            {
                Files.delete(file);
            }
        }
        catch (final IOException ex)
        {
            // A file that stays does not keep others from locking it.
        }
        CloseHelper.quietClose(channel);
        HELD.remove(file);
    }

    private static @Nullable NameLock lock(final Path file) throws IOException
    {
        while (true)
        {
            FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try
            {
                if (channel.tryLock() == null)
                {
                    return null;
                }
                if (isNamed(file, channel))
                {
                    final NameLock lock = new NameLock(file, channel);
                    channel = null;
                    return lock;
                }
            }
            finally
            {
                CloseHelper.quietClose(channel);
            }
        }
    }

    /** True if the locked file is the one with the name. */
    private static boolean isNamed(final Path file, final FileChannel locked) throws IOException
    {
        final int length = 1 + ThreadLocalRandom.current().nextInt(MAX_LENGTH);
        locked.truncate(0).write(ByteBuffer.allocate(1), length - 1);
        try
        {
            return length == Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).size();
        }
        catch (final NoSuchFileException ex)
        {
            return false;
        }
    }
}
