// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * {@code LabReport DIRECTORY PERCENT RESULTS...}: writes performance.md and performance.svg into the directory. PERCENT
 * is the limit of the {@link DiscardRule}, or {@code -} for the limit that each run had.
 */
public final class LabReport
{
    private LabReport()
    {
    }

    /** @throws IOException if a file cannot be read or written. */
    public static void main(final String[] args) throws IOException
    {
        if (args.length < 3)
        {
            System.err.println("usage: LabReport DIRECTORY PERCENT|- RESULTS...");
            System.exit(2);
        }
        final Path directory = Path.of(args[0]);
        final List<Path> files = Arrays.stream(args).skip(2).map(Path::of).toList();
        final LabResults results = LabResults.read(files,
            "-".equals(args[1]) ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(args[1])));
        final String chart = new LabChart(results).svg();

        Files.writeString(directory.resolve("performance.md"), new LabText(results).markdown());
        Files.writeString(directory.resolve("performance.svg"), chart);
        System.out.println("report: " + directory.resolve("performance.md") + ", performance.svg");
    }
}
