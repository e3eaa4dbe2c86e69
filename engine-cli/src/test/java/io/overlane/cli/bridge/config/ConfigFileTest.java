// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.cli.bridge.plan.FakeHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is read again: what is parsed anew, and what is not. */
class ConfigFileTest
{
    private static final String TEXT = """
        learning: true
        segments:
          - vni: 1
            flood: [192.0.2.2]
          - vni: 2
            flood: [192.0.2.3]
        """;

    @TempDir
    private Path directory;
    private Path path;
    private ConfigFile file;

    @BeforeEach
    void write() throws IOException
    {
        path = Files.writeString(directory.resolve("bridge.yaml"), TEXT);
        file = new ConfigFile(path);
    }

    @Test
    void shouldNotParseAnUnchangedFileAgain() throws IOException
    {
        final ConfigFile.Contents before = file.read(new FakeHost());
        assertSame(before, file.read(new FakeHost()));
        assertSame(before, file.read(new FakeHost()));
    }

    @Test
    void shouldPlanAgainWhenTheHostAnswersDifferently() throws IOException
    {
        assertEquals(1450, file.read(new FakeHost()).plans().get(0).mtu());
        assertEquals(1350, file.read(new FakeHost().mtu(1400)).plans().get(0).mtu());
        assertEquals(1450, file.read(new FakeHost()).plans().get(1).mtu());
    }

    @Test
    void shouldReadAChangedText() throws IOException
    {
        final ConfigFile.Contents before = file.read(new FakeHost());
        Files.writeString(path, TEXT + "  - vni: 3\n");
        assertEquals(3, file.read(new FakeHost()).plans().size());
        Files.writeString(path, TEXT);
        assertEquals(before.plans(), file.read(new FakeHost()).plans());
    }

    @Test
    void shouldComplainOfABadTextEachTime() throws IOException
    {
        final ConfigFile.Contents before = file.read(new FakeHost());
        Files.writeString(path, TEXT + "  - vni: 1\n");
        assertThrows(IllegalArgumentException.class, () -> file.read(new FakeHost()));
        assertThrows(IllegalArgumentException.class, () -> file.read(new FakeHost()));
        Files.writeString(path, TEXT);
        assertEquals(before.plans(), file.read(new FakeHost()).plans());
    }

    /** The interface may have been made anew, with another number. */
    @Test
    void shouldResolveInterfacesEachTime() throws IOException
    {
        Files.writeString(path, "local: fe80::1%lo\nflood: ['fe80::2%lo']\n");
        assertNotSame(file.read(new FakeHost()), file.read(new FakeHost()));
    }
}
