// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Replaces a text file atomically: readers see the old or the new text, also after a power failure. */
final class AtomicFile
{
    private static final Set<PosixFilePermission> FILE_MODE = PosixFilePermissions.fromString("rw-r--r--");
    private static final FileAttribute<?> DIRECTORY_MODE =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));

    private AtomicFile()
    {
    }

    /**
     * Write a file of mode 0644 beside the old one, force it to disk, and rename it. Missing directories are made with
     * mode 0755. A symbolic link stays, and the file it leads to is replaced. A pipe or a device is written to.
     *
     * @throws IOException if that fails, with one line that names the file; then the old file is unchanged.
     */
    static void write(final Path file, final String text) throws IOException
    {
        final Path named = file.toAbsolutePath();
        if (named.getParent() == null || Files.isDirectory(named))
        {
            throw new IOException("cannot write " + file + ": it is a directory");
        }
        try
        {
            if (!Files.exists(named))
            {
                replace(named, text);
            }
            else if (Files.isRegularFile(named))
            {
                replace(named.toRealPath(), text);
            }
            else
            {
                Files.writeString(named, text, StandardOpenOption.WRITE);
            }
        }
        catch (final IOException ex)
        {
            throw new IOException("cannot write " + file + ": " + reason(ex), ex);
        }
    }

    private static void replace(final Path target, final String text) throws IOException
    {
        final Path directory = Objects.requireNonNull(target.getParent());
        Files.createDirectories(directory, DIRECTORY_MODE);
        final Path temporary = Files.createTempFile(directory, "." + target.getFileName() + ".", ".tmp");
        try
        {
            writeThrough(temporary, text);
            Files.setPosixFilePermissions(temporary, FILE_MODE);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        finally
        {
            Files.deleteIfExists(temporary);
        }
        forceDirectory(directory);
    }

    /**
     * Write only if the content differs.
     *
     * @return true if it was written.
     */
    static boolean writeIfChanged(final Path file, final String text) throws IOException
    {
        if (text.equals(readOrNull(file)))
        {
            return false;
        }
        write(file, text);
        return true;
    }

    /** The content; null if the file does not exist or cannot be read. */
    static @Nullable String readOrNull(final Path file)
    {
        try
        {
            return Files.readString(file, StandardCharsets.UTF_8);
        }
        catch (final IOException ex)
        {
            return null;
        }
    }

    private static void writeThrough(final Path file, final String text) throws IOException
    {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE))
        {
            final ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining())
            {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** Force the new name to disk: it is an entry of the directory, which can be opened for this on Linux. */
    private static void forceDirectory(final Path directory) throws IOException
    {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ))
        {
            channel.force(true);
        }
    }

    /** Exceptions of the file system often have only a file name as message. */
    private static String reason(final IOException ex)
    {
        return ex instanceof NoSuchFileException ? "the directory does not exist" :
            ex.getMessage() == null ? ex.getClass().getSimpleName() :
            ex.getClass().getSimpleName().replace("Exception", "") + " " + ex.getMessage();
    }
}
