// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The class that the fuzzer calls, and the commands of {@code scripts/fuzz.sh}. The system property
 * {@code overlane.fuzz.target} names the target.
 */
public final class FuzzMain
{
    private static final ThreadMXBean THREADS = (ThreadMXBean)ManagementFactory.getThreadMXBean();

    /** The first inputs load classes, which allocates more than they do. */
    private static final int WARM_UP = 100;

    private static FuzzTarget target;
    private static int runs;

    private FuzzMain()
    {
    }

    /** Called by the fuzzer once. */
    public static void fuzzerInitialize() throws Exception
    {
        target = Targets.of(System.getProperty("overlane.fuzz.target", "")).make();
    }

    /** Called by the fuzzer with each input. */
    public static void fuzzerTestOneInput(final byte[] input) throws Exception
    {
        run(target, input);
    }

    /** Called by the fuzzer at its end. */
    public static void fuzzerTearDown() throws Exception
    {
        target.close();
    }

    /** Give one input to a target. The thread may not allocate much more than the input has. */
    static void run(final FuzzTarget target, final byte[] input) throws Exception
    {
        final long before = THREADS.getCurrentThreadAllocatedBytes();
        target.accept(input);
        runs++;
        Input.assertModest(runs < WARM_UP ? 0 : THREADS.getCurrentThreadAllocatedBytes() - before, input.length);
    }

    /** @return the files of a folder in order, none if there is no such folder. */
    static List<Path> files(final Path folder) throws IOException
    {
        final List<Path> files = new ArrayList<>();
        if (Files.isDirectory(folder))
        {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder))
            {
                entries.forEach(files::add);
            }
        }
        Collections.sort(files);
        return files;
    }

    /**
     * {@code list}: print the names of the targets. {@code seeds TARGET FOLDER}: write the target's seeds as files.
     * {@code run TARGET FILE}…: give files to a target, without the fuzzer.
     */
    public static void main(final String[] args) throws Exception
    {
        switch (args[0])
        {
            case "list" ->
            {
                for (final Targets each : Targets.values())
                {
                    System.out.println(each);
                }
            }
            case "seeds" ->
            {
                try (FuzzTarget seeded = Targets.of(args[1]).make())
                {
                    for (final byte[] seed : seeded.seeds())
                    {
                        final CRC32 name = new CRC32();
                        name.update(seed);
                        Files.write(Path.of(args[2], "seed-" + HexFormat.of().toHexDigits((int)name.getValue())), seed);
                    }
                }
            }
            default ->
            {
                try (FuzzTarget tried = Targets.of(args[1]).make())
                {
                    for (int i = 2; i < args.length; i++)
                    {
                        System.out.println(args[i]);
                        run(tried, Files.readAllBytes(Path.of(args[i])));
                    }
                }
            }
        }
        System.exit(0);
    }
}
