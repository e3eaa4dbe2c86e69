// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder with captures of others, which are not part of the project: tests that read them skip where nobody names a
 * folder.
 */
public final class Captures
{
    /** System property with the folder. */
    public static final String PROPERTY = "overlane.captures";

    /** Environment variable with the folder, where the property is not set. */
    public static final String VARIABLE = "OVERLANE_CAPTURES";

    private Captures()
    {
    }

    /**
     * @return the folder; the calling test is skipped if there is none.
     */
    public static Path folder()
    {
        final String name = System.getProperty(PROPERTY, System.getenv(VARIABLE));
        assumeTrue(
            name != null, "no captures to replay: name their folder with -D" + PROPERTY + "=FOLDER or " + VARIABLE);
        final Path folder = Path.of(name);
        assumeTrue(Files.isDirectory(folder), "no captures to replay: " + folder + " is no folder");
        return folder;
    }

    /**
     * @param name below the folder.
     * @return the capture; the calling test is skipped if it is not there.
     */
    public static Path file(final String name)
    {
        final Path file = folder().resolve(name);
        assumeTrue(Files.isReadable(file), "no capture to replay: " + file);
        return file;
    }

    /** @return every pcap file in the folder and below, in order; the calling test is skipped if there is no folder. */
    public static List<Path> all()
    {
        try (Stream<Path> files = Files.walk(folder()))
        {
            return files.filter(file -> file.toString().endsWith(".pcap")).sorted().toList();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
