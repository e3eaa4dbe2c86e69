// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** {@code LabReport DIRECTORY RESULTS...}: writes performance.md and performance.svg into the directory. */
public final class LabReport
{
    private LabReport()
    {
    }

    /** @throws IOException if a file cannot be read or written. */
    public static void main(final String[] args) throws IOException
    {
        if (args.length < 2)
        {
            System.err.println("usage: LabReport DIRECTORY RESULTS...");
            System.exit(2);
        }
        final Path directory = Path.of(args[0]);
        final List<Path> files = Arrays.stream(args).skip(1).map(Path::of).toList();
        final LabResults results = LabResults.read(files);
        final String chart = new LabChart(results).svg();

        Files.writeString(directory.resolve("performance.md"), new LabTables(results).markdown());
        Files.writeString(directory.resolve("performance.svg"), chart);
        System.out.println("report: " + directory.resolve("performance.md") + ", performance.svg");
    }
}
