// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Byte for byte what flannel writes, and read as flannel reads it. */
class SubnetFileTest
{
    private static final SubnetFile V4 = new SubnetFile(
        IpPrefix.parse("10.5.0.0/16"), IpPrefix.parse("10.5.34.0/24"), null, null, 1450, false);
    private static final SubnetFile DUAL = new SubnetFile(
        IpPrefix.parse("10.5.0.0/16"),
        IpPrefix.parse("10.5.34.0/24"),
        IpPrefix.parse("fd00::/48"),
        IpPrefix.parse("fd00:0:0:1::/64"),
        1430,
        true);

    @TempDir
    private Path directory;

    @Test
    void shouldWriteIpv4AsFlannelDoes()
    {
        assertEquals("""
            FLANNEL_NETWORK=10.5.0.0/16
            FLANNEL_SUBNET=10.5.34.1/24
            FLANNEL_MTU=1450
            FLANNEL_IPMASQ=false
            """, V4.toText());
    }

    @Test
    void shouldWriteBothFamilies()
    {
        assertEquals("""
            FLANNEL_NETWORK=10.5.0.0/16
            FLANNEL_SUBNET=10.5.34.1/24
            FLANNEL_IPV6_NETWORK=fd00::/48
            FLANNEL_IPV6_SUBNET=fd00:0:0:1::1/64
            FLANNEL_MTU=1430
            FLANNEL_IPMASQ=true
            """, DUAL.toText());
    }

    @Test
    void shouldWriteIpv6Alone()
    {
        final SubnetFile file = new SubnetFile(
            null, null, IpPrefix.parse("fc00::/48"), IpPrefix.parse("fc00:0:0:ffff::/64"), 1430, false);
        assertEquals("""
            FLANNEL_IPV6_NETWORK=fc00::/48
            FLANNEL_IPV6_SUBNET=fc00:0:0:ffff::1/64
            FLANNEL_MTU=1430
            FLANNEL_IPMASQ=false
            """, file.toText());
    }

    @Test
    void shouldReplaceTheFileAndLeaveNothingElse() throws IOException
    {
        final Path file = directory.resolve("run/flannel/subnet.env");
        V4.write(file);
        DUAL.write(file);
        assertEquals(DUAL.toText(), Files.readString(file));
        assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (Stream<Path> entries = Files.list(file.getParent()))
        {
            assertEquals(List.of(file), entries.toList());
        }
    }

    @Test
    void shouldReadWhatItWrote() throws IOException
    {
        final Path file = directory.resolve("subnet.env");
        DUAL.write(file);
        final SubnetFile.Previous previous = SubnetFile.read(file);
        assertEquals(Optional.of(IpPrefix.parse("10.5.0.0/16")), previous.network());
        assertEquals(Optional.of(IpPrefix.parse("10.5.34.0/24")), previous.subnet());
        assertEquals(Optional.of(IpPrefix.parse("fd00::/48")), previous.networkV6());
        assertEquals(Optional.of(IpPrefix.parse("fd00:0:0:1::/64")), previous.subnetV6());
    }

    @Test
    void shouldPassOverWhatCannotBeRead() throws IOException
    {
        final Path file = directory.resolve("subnet.env");
        assertTrue(SubnetFile.read(file).subnet().isEmpty());
        Files.writeString(file, """
            # by hand
            export FLANNEL_NETWORK="10.5.0.0/16"
            FLANNEL_SUBNET=10.5.34.1/24,10.6.1.1/24
            FLANNEL_IPV6_SUBNET=10.5.34.1/24
            garbage
            """);
        final SubnetFile.Previous previous = SubnetFile.read(file);
        assertEquals(Optional.of(IpPrefix.parse("10.5.0.0/16")), previous.network());
        assertTrue(previous.subnet().isEmpty(), "two values are none");
        assertTrue(previous.subnetV6().isEmpty(), "the wrong family is none");
    }

    @Test
    void shouldSayInOneLineWhyThePlaceIsWrong() throws IOException
    {
        final Path file = Files.writeString(directory.resolve("file"), "not a directory");
        for (final Path place : List.of(directory, file.resolve("subnet.env"), Path.of("/proc/flannel/subnet.env")))
        {
            final IOException ex = assertThrows(IOException.class, () -> V4.write(place));
            assertTrue(ex.getMessage().startsWith("cannot write " + place + ": "), ex.getMessage());
            assertEquals(1, ex.getMessage().lines().count());
        }
    }

    @Test
    void shouldRefuseANetworkWithoutSubnet()
    {
        assertThrows(
            IllegalArgumentException.class,
            () -> new SubnetFile(IpPrefix.parse("10.5.0.0/16"), null, null, null, 1450, false));
    }
}
