// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stable, and different where it must be. */
class NodeIdentityTest
{
    private static final String MACHINE_ID = "0123456789abcdef0123456789abcdef";
    private static final IpAddress UNDERLAY = IpAddress.parse("192.0.2.1");

    @TempDir
    private Path directory;

    @Test
    void shouldAnswerTheSameMacAtEveryStart()
    {
        // The literal guards the derivation: changing it would change the MAC of every running node.
        final NodeIdentity node = new NodeIdentity(MACHINE_ID, "02005e000001");
        assertEquals("5e:45:a9:26:5e:c8", node.mac("flannel.1", UNDERLAY, 1).toString());
        assertEquals(
            NodeIdentity.ofThisHost().mac("flannel.1", UNDERLAY, 1),
            NodeIdentity.ofThisHost().mac("flannel.1", UNDERLAY, 1));
    }

    @Test
    void shouldTellDevicesAddressesSegmentsAndNodesApart()
    {
        final NodeIdentity node = new NodeIdentity(MACHINE_ID, "02005e000001");
        final Set<MacAddress> macs = new HashSet<>(Set.of(
            node.mac("flannel.1", UNDERLAY, 1),
            node.mac("flannel.2", UNDERLAY, 1),
            node.mac("flannel.1", IpAddress.parse("192.0.2.2"), 1),
            node.mac("flannel.1", IpAddress.parse("fd00::1"), 1),
            node.mac("flannel.1", UNDERLAY, 2),
            new NodeIdentity("another", "02005e000001").mac("flannel.1", UNDERLAY, 1)));
        assertEquals(6, macs.size());
    }

    /** They have one machine id, and no address was given to either. */
    @Test
    void shouldTellClonesApartByTheirHardware()
    {
        final NodeIdentity node = new NodeIdentity(MACHINE_ID, "02005e000001");
        final NodeIdentity clone = new NodeIdentity(MACHINE_ID, "02005e000002");
        for (final IpAddress wildcard : List.of(IpAddress.ANY_V4, IpAddress.ANY_V6))
        {
            assertNotEquals(node.mac("vx0", wildcard, 42), clone.mac("vx0", wildcard, 42));
            assertEquals(
                node.mac("vx0", wildcard, 42),
                new NodeIdentity(MACHINE_ID, "02005e000001").mac("vx0", wildcard, 42));
        }
        assertEquals(node.mac("vx0", UNDERLAY, 42), clone.mac("vx0", UNDERLAY, 42), "as before, with an address");
    }

    @Test
    void shouldFindTheSameHardwareEachTime()
    {
        assertEquals(NodeIdentity.firstHardwareAddress(), NodeIdentity.firstHardwareAddress());
        assertTrue(NodeIdentity.firstHardwareAddress().matches("([0-9a-f]{12})?"));
    }

    @Test
    void shouldAlwaysBeLocallyAdministeredUnicast()
    {
        final NodeIdentity node = new NodeIdentity(MACHINE_ID, "02005e000001");
        for (int vni = 0; vni < 1000; vni++)
        {
            final long mac = node.mac("flannel.1", UNDERLAY, vni).value();
            assertEquals(0x02, (mac >>> 40) & 0x03, MacAddress.toString(mac));
        }
    }

    @Test
    void shouldPreferTheMachineIdAndFallBackToTheHostName() throws IOException
    {
        final Path machineId = directory.resolve("machine-id");
        final Path hostName = Files.writeString(directory.resolve("hostname"), "node-7\n");
        assertEquals("node-7", NodeIdentity.nodeName(machineId, hostName));
        Files.writeString(machineId, "uninitialized\n");
        assertEquals("node-7", NodeIdentity.nodeName(machineId, hostName));
        Files.writeString(machineId, MACHINE_ID + "\n");
        assertEquals(MACHINE_ID, NodeIdentity.nodeName(machineId, hostName));
        assertNotEquals("", NodeIdentity.nodeName(machineId, directory));
        assertTrue(NodeIdentity.nodeName(directory, directory).isEmpty());
    }
}
