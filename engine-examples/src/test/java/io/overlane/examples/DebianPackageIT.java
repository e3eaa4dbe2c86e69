// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.tun.host.HostCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is in the Debian package, as dpkg reads it. {@code scripts/debian-package.sh} installs, runs, upgrades and
 * purges it.
 */
class DebianPackageIT
{
    @TempDir
    private Path directory;

    private String deb;

    @BeforeEach
    void findPackage() throws IOException
    {
        assumeTrue(HostCommand.find("dpkg-deb").isPresent(), "needs dpkg-deb");
        try (Stream<Path> files = Files.list(Path.of("target")))
        {
            deb = files.filter(file -> file.toString().matches(".*/overlane_.*_all\\.deb"))
                .max(Comparator.comparing(file -> file.toFile().lastModified()))
                .orElseThrow(() -> new AssertionError("package the module first"))
                .toString();
        }
    }

    private static String run(final String program, final String... arguments) throws IOException
    {
        return HostCommand.find(program).orElseThrow().run(arguments);
    }

    @Test
    void shouldHoldCommandServicesAndDocumentation() throws IOException
    {
        final Map<String, String> modes = new TreeMap<>();
        run("dpkg-deb", "-c", deb).lines().map(line -> line.split(" +"))
            .filter(words -> !words[5].endsWith("/"))
            .forEach(words -> modes.put(words[5], words[0] + " " + words[1]));
        final Map<String, String> expected = new TreeMap<>();
        for (final String file : List.of(
            "etc/default/overlane-flannel",
            "usr/lib/systemd/system/overlane-flannel.service",
            "usr/lib/systemd/system/overlane-tun-bridge@.service",
            "usr/share/doc/overlane/config.md",
            "usr/share/doc/overlane/copyright",
            "usr/share/doc/overlane/ctl.md",
            "usr/share/doc/overlane/flannel.md",
            "usr/share/doc/overlane/howto.md",
            "usr/share/doc/overlane/options.md",
            "usr/share/doc/overlane/examples/docker.service.d/overlane-flannel.conf",
            "usr/share/doc/overlane/examples/tun-bridge.yaml",
            "usr/share/man/man1/overlane.1",
            "usr/lib/overlane/lib/overlane.jar"))
        {
            expected.put("./" + file, "-rw-r--r-- root/root");
        }
        expected.put("./usr/lib/overlane/bin/overlane", "-rwxr-xr-x root/root");
        expected.put("./usr/bin/overlane", "lrw-r--r-- root/root");
        assertEquals(expected, modes);
    }

    @Test
    void shouldNameItsDependencies() throws IOException
    {
        assertEquals("overlane\n", run("dpkg-deb", "-f", deb, "Package"));
        assertEquals("all\n", run("dpkg-deb", "-f", deb, "Architecture"));
        assertTrue(run("dpkg-deb", "-f", deb, "Version").matches("[0-9.]+(~SNAPSHOT)?\n"));
        assertEquals(
            "default-jre-headless (>= 2:1.17) | java17-runtime-headless, iproute2, nftables | iptables\n",
            run("dpkg-deb", "-f", deb, "Depends"));
    }

    @Test
    void shouldHaveScriptsThatAShellAccepts() throws IOException
    {
        run("dpkg-deb", "-e", deb, directory.toString());
        for (final String script : List.of("postinst", "prerm", "postrm"))
        {
            run("sh", "-n", directory.resolve(script).toString());
            assertTrue(Files.isExecutable(directory.resolve(script)), script);
        }
        assertEquals("/etc/default/overlane-flannel\n", Files.readString(directory.resolve("conffiles")));
    }
}
