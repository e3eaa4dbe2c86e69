// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.ctl;

import io.overlane.cli.Progress;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Standard output for an answer that is a stream of bytes. The line about the progress ends before the first bytes. */
final class StreamOutput extends FileOutputStream
{
    /** What Linux has for standard output: {@code pipe:[123]} if another program reads it. */
    private static final Path LINK = Path.of("/proc/self/fd/1");

    private final Progress progress;
    private boolean hasFailed;

    StreamOutput(final Progress progress)
    {
        super(FileDescriptor.out);
        this.progress = progress;
    }

    @Override
    public void write(final byte[] bytes) throws IOException
    {
        write(bytes, 0, bytes.length);
    }

    @Override
    public void write(final byte[] bytes, final int offset, final int length) throws IOException
    {
        progress.close();
        try
        {
            super.write(bytes, offset, length);
        }
        catch (final IOException ex)
        {
            hasFailed = true;
            throw ex;
        }
    }

    /** True if the program that reads standard output has ended, as a viewer does when its user closes it. */
    boolean hasReaderGone()
    {
        return hasFailed && isPipe();
    }

    /** A write to a pipe fails for one reason only. The message of the failure depends on the user's language. */
    private static boolean isPipe()
    {
        try
        {
            final String target = Files.readSymbolicLink(LINK).toString();
            return target.startsWith("pipe:") || target.startsWith("socket:");
        }
        catch (final IOException | UnsupportedOperationException ex)
        {
            return false;
        }
    }
}
