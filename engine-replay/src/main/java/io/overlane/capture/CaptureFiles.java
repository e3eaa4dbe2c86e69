// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import io.overlane.pcap.PcapngWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The files of a capture, one after the other, or its channel. */
final class CaptureFiles implements Closeable
{
    /** Replay knows captures of engines by the beginning of this. */
    private static final String APPLICATION = "Overlane";

    private final CaptureContext context;
    private PcapngWriter writer;
    private long lengthBefore;
    private int begun = 1;

    private CaptureFiles(final CaptureContext context, final PcapngWriter writer)
    {
        this.context = context;
        this.writer = writer;
    }

    /** Open the first file, so that a path which cannot be written fails at once. */
    static CaptureFiles open(final CaptureContext context) throws IOException
    {
        final WritableByteChannel channel = context.channel();
        if (channel != null)
        {
            return new CaptureFiles(context, new PcapngWriter(channel, APPLICATION));
        }
        final Path file = path(context);
        for (int i = 1; i < context.files() && !context.overwrites(); i++)
        {
            refuseIfThere(older(file, i));
        }
        return new CaptureFiles(context, create(file, context.overwrites()));
    }

    PcapngWriter writer()
    {
        return writer;
    }

    /** True if a record of at most this length would make the file longer than allowed. */
    boolean isFull(final int length)
    {
        return context.maxFileLength() > 0 && writer.length() + length > context.maxFileLength();
    }

    boolean hasNext()
    {
        return context.files() > 1;
    }

    /** Close the file and begin the next; the writer changes. */
    void next() throws IOException
    {
        lengthBefore += writer.length();
        writer.close();
        final Path file = path(context);
        for (int i = context.files() - 1; i > 0; i--)
        {
            final Path from = i == 1 ? file : older(file, i - 1);
            if (Files.exists(from))
            {
                Files.move(from, older(file, i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        writer = create(file, true);
        begun++;
    }

    /** Bytes of all files so far. */
    long length()
    {
        return lengthBefore + writer.length();
    }

    int begun()
    {
        return begun;
    }

    /** False once the reader of a channel has gone. */
    boolean isOpen()
    {
        final WritableByteChannel channel = context.channel();
        return channel == null || channel.isOpen();
    }

    @Override
    public void close() throws IOException
    {
        writer.close();
    }

    private static PcapngWriter create(final Path file, final boolean overwrites) throws IOException
    {
        try
        {
            return new PcapngWriter(
                FileChannel.open(
                    file,
                    StandardOpenOption.WRITE,
                    overwrites ? StandardOpenOption.CREATE : StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.TRUNCATE_EXISTING),
                APPLICATION);
        }
        catch (final FileAlreadyExistsException ex)
        {
            throw exists(file);
        }
        catch (final NoSuchFileException ex)
        {
            throw new IOException(file + ": there is no such folder", ex);
        }
        catch (final IOException ex)
        {
            throw new IOException(file + " cannot be written: " + reason(ex, file), ex);
        }
    }

    private static String reason(final IOException failure, final Path file)
    {
        if (failure instanceof java.nio.file.AccessDeniedException)
        {
            return "permission denied";
        }
        final @Nullable String message = failure.getMessage();
        final String text = message == null ? failure.toString() : message;
        return text.startsWith(file + ": ") ? text.substring(file.toString().length() + 2) : text;
    }

    private static void refuseIfThere(final Path file) throws IOException
    {
        if (Files.exists(file))
        {
            throw exists(file);
        }
    }

    private static IOException exists(final Path file)
    {
        return new IOException(file + " exists; remove it or name another file");
    }

    private static Path older(final Path file, final int number)
    {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    private static Path path(final CaptureContext context)
    {
        final Path file = context.file();
        if (file == null)
        {
            throw new IllegalStateException("a channel has no next file");
        }
        return file;
    }
}
