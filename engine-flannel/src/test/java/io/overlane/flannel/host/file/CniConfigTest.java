// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The content of flannel's manifest, written when it changes. */
class CniConfigTest
{
    @TempDir
    private Path directory;

    @Test
    void shouldBeWhatTheManifestInstalls()
    {
        assertEquals("""
            {
              "name": "cbr0",
              "cniVersion": "0.3.1",
              "plugins": [
                {
                  "type": "flannel",
                  "delegate": {
                    "hairpinMode": true,
                    "isDefaultGateway": true
                  }
                },
                {
                  "type": "portmap",
                  "capabilities": {
                    "portMappings": true
                  }
                }
              ]
            }
            """, CniConfig.toText("cbr0", SubnetFile.DEFAULT_PATH));
    }

    @Test
    void shouldNameAnotherSubnetFile()
    {
        final String text = CniConfig.toText("a\"b", Path.of("/srv/subnet.env"));
        assertTrue(text.contains("\n      \"subnetFile\": \"/srv/subnet.env\",\n      \"delegate\": {\n"), text);
        assertTrue(text.contains("\"name\": \"a\\\"b\""), text);
    }

    @Test
    void shouldWriteOnlyWhatChanges() throws IOException
    {
        final Path file = directory.resolve("net.d/10-flannel.conflist");
        assertTrue(CniConfig.write(file, "cbr0", SubnetFile.DEFAULT_PATH));
        final FileTime longAgo = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(file, longAgo);
        assertFalse(CniConfig.write(file, "cbr0", SubnetFile.DEFAULT_PATH));
        assertEquals(longAgo, Files.getLastModifiedTime(file));
        assertTrue(CniConfig.write(file, "other", SubnetFile.DEFAULT_PATH));
        assertTrue(Files.readString(file).contains("\"other\""));
    }
}
