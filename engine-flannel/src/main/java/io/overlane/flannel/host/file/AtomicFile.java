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
import java.util.Set;

/**
 * A text file others read at any time: they see the old text or the new one, after a power failure too.
 */
final class AtomicFile
{
    private static final Set<PosixFilePermission> FILE_MODE = PosixFilePermissions.fromString("rw-r--r--");
    private static final FileAttribute<?> DIRECTORY_MODE =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));

    private AtomicFile()
    {
    }

    /**
     * Write a file of mode 0644 beside the old one, wait until it is on the disk, and put it in the old one's place.
     * Missing directories are made with mode 0755.
     *
     * @param file the place.
     * @param text the new content.
     * @throws IOException if that does not work, with one line that names the file; the old file is then as it was.
     */
    static void write(final Path file, final String text) throws IOException
    {
        final Path target = file.toAbsolutePath();
        final Path directory = target.getParent();
        if (directory == null || Files.isDirectory(target))
        {
            throw new IOException("cannot write " + file + ": it is a directory");
        }
        try
        {
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
        catch (final IOException ex)
        {
            throw new IOException("cannot write " + file + ": " + reason(ex), ex);
        }
    }

    /**
     * Write only what would change something.
     *
     * @param file the place.
     * @param text the new content.
     * @return true if it was written, false if the file had this content already.
     * @throws IOException as {@link #write}.
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

    /** The content, or null if there is no such file or it cannot be read. */
    static String readOrNull(final Path file)
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

    /** The new name is an entry of the directory; on Linux a directory can be opened for this. */
    private static void forceDirectory(final Path directory) throws IOException
    {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ))
        {
            channel.force(true);
        }
    }

    /** Exceptions of the file system mostly carry a name and no sentence. */
    private static String reason(final IOException ex)
    {
        return ex instanceof NoSuchFileException ? "there is no such directory" :
            ex.getMessage() == null ? ex.getClass().getSimpleName() :
            ex.getClass().getSimpleName().replace("Exception", "") + " " + ex.getMessage();
    }
}
