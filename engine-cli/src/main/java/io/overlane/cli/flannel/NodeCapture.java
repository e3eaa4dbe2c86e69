// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.flannel;

import io.overlane.admin.command.EngineCaptures;
import io.overlane.cli.OneLineErrors;
import io.overlane.engine.OverlayEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.CloseHelper;

/**
 * Captures every engine that a node has: an engine begins when the node has a lease, and another one when its device is
 * made again.
 */
final class NodeCapture implements AutoCloseable
{
    /** An engine may carry packets for so long before its capture starts. */
    private static final long PAUSE_MS = 200;

    private final Path file;
    private final Supplier<Collection<OverlayEngine>> engines;
    private final EngineCaptures captures;
    private final Consumer<String> lines;
    private final Set<OverlayEngine> captured = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Thread thread = new Thread(this::run, "overlane-node-capture");

    /**
     * @param file    for the first engine; the others have a number behind it.
     * @param engines answers the present engines.
     * @param lines   gets a line for each capture that cannot start.
     * @throws IOException if the file exists, or its folder does not.
     */
    NodeCapture(
        final Path file,
        final Supplier<Collection<OverlayEngine>> engines,
        final EngineCaptures captures,
        final Consumer<String> lines)
        throws IOException
    {
        if (Files.exists(file))
        {
            throw new IOException("--pcapng: " + file + " exists; remove it or name another file");
        }
        final Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder))
        {
            throw new IOException("--pcapng: " + file + ": there is no such folder");
        }
        this.file = file;
        this.engines = engines;
        this.captures = captures;
        this.lines = lines;
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close()
    {
        thread.interrupt();
        CloseHelper.quietClose(captures);
    }

    private void run()
    {
        try
        {
            while (true)
            {
                for (final OverlayEngine engine : engines.get())
                {
                    if (captured.add(engine))
                    {
                        start(engine);
                    }
                }
                Thread.sleep(PAUSE_MS);
            }
        }
        catch (final InterruptedException ex)
        {
            // Closed.
        }
    }

    private void start(final OverlayEngine engine)
    {
        final int number = captured.size() - 1;
        try
        {
            captures.start(
                engine, number == 0 ? file : file.resolveSibling(file.getFileName() + "-" + number));
        }
        catch (final IOException | IllegalStateException ex)
        {
            lines.accept("--pcapng: " + OneLineErrors.message(ex));
        }
    }
}
