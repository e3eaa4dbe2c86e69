// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.capture.Capture;
import io.overlane.capture.CaptureContext;
import io.overlane.engine.OverlayEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/** The captures that operators started, of any engine. Any thread. */
public final class EngineCaptures implements AutoCloseable
{
    /** Bytes of a file unless something else is said. */
    static final long DEFAULT_FILE_LENGTH = 100_000_000;

    /** Files that are kept unless something else is said: with the length above, a gigabyte. */
    static final int DEFAULT_FILES = 10;

    /** The ended captures whose numbers are still shown. */
    private static final int ENDED_SHOWN = 8;

    private final @Nullable ErrorHandler errorHandler;
    private final List<Capture> captures = new ArrayList<>();

    /** @param errorHandler gets the failure that ends a capture; null: it is printed to standard error. */
    public EngineCaptures(final @Nullable ErrorHandler errorHandler)
    {
        this.errorHandler = errorHandler;
    }

    /**
     * Capture everything to a file, which is renamed when it has 100 MB; ten files are kept.
     *
     * @throws IOException if the file exists or cannot be made; one line.
     */
    public void start(final OverlayEngine engine, final Path file) throws IOException
    {
        start(engine, new CaptureContext().file(file).maxFileLength(DEFAULT_FILE_LENGTH).files(DEFAULT_FILES));
    }

    void start(final OverlayEngine engine, final CaptureContext context) throws IOException
    {
        final Capture capture = Capture.start(engine, context.errorHandler(errorHandler));
        synchronized (captures)
        {
            captures.add(capture);
            final List<Capture> ended = captures.stream().filter(one -> !one.statistics().isRunning()).toList();
            captures.removeAll(ended.subList(0, Math.max(ended.size() - ENDED_SHOWN, 0)));
        }
    }

    /** The captures that run, and the last ones that have ended. */
    List<Capture> all()
    {
        synchronized (captures)
        {
            return List.copyOf(captures);
        }
    }

    /** End every capture. */
    @Override
    public void close()
    {
        all().forEach(Capture::close);
    }
}
