// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.admin.AdminException;
import io.overlane.policy.SegmentContext;
import io.overlane.port.VlanPort;
import io.overlane.port.VlanPriority;
import io.overlane.port.VlanRules;
import io.overlane.port.VlanTrunk;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table of VLANs and VNIs. */
@Timeout(60)
class VlanCommandsTest
{
    private static final FrameSpec INNER = FrameSpec.ipv4Udp();
    private static final VlanRules CARRY = new VlanRules(VlanPriority.KEEP, true);

    @AutoClose
    private final CommandTrial trial = new CommandTrial();
    private final LoopbackPort device = new LoopbackPort("tap0", 1450, 64);
    private final VlanTrunk trunk = new VlanTrunk(device, 16);
    private final VlanPort ten = trunk.vlan(10);
    private final VlanPort eleven = trunk.vlan(11);
    private final VlanPort service = trunk.serviceVlan(10, CARRY);

    @BeforeEach
    void launch()
    {
        final EngineHarness harness = trial.harness();
        harness.context()
            .segment(new SegmentContext(1010).port(ten).flood(EngineHarness.A))
            .segment(new SegmentContext(1011).port(eleven).flood(EngineHarness.A))
            .segment(new SegmentContext(2010).port(service).flood(EngineHarness.A))
            .segment(new SegmentContext(1).port(trunk.untagged()).flood(EngineHarness.A))
            .segment(new SegmentContext(7).port(new LoopbackPort("other", 1450, 16)));
        harness.launch();
        harness.attach(EngineHarness.A);
        trial.serve(true);
    }

    @Test
    void shouldShowWhatEachVlanCarriedAndDropped() throws AdminException
    {
        final int length = INNER.bytes().length;
        device.put(INNER.vlan(10).bytes());
        device.put(INNER.vlan(10).bytes());
        device.put(INNER.vlan(10).vlan(5).bytes());
        device.put(INNER.vlan(77).bytes());
        trial.harness().run();
        trial.harness().receive(EngineHarness.A, FrameSpec.vxlan(INNER).vni(1010).datagram());
        trial.harness().receive(EngineHarness.A, FrameSpec.vxlan(INNER.vlan(5)).vni(1010).datagram());

        final List<Map<String, Object>> rows = CommandTrial.rows(trial.ask("vlan show"));
        assertEquals(List.of(0, 10, 11, 10), rows.stream().map(row -> row.get("vlan")).toList());
        assertEquals(
            List.of("none", "802.1q", "802.1q", "802.1ad"), rows.stream().map(row -> row.get("protocol")).toList());
        // The frame with two tags came in with the VLAN; the one of VLAN 77 counts for no VLAN.
        assertEquals(
            Map.ofEntries(
                Map.entry("dev", "tap0"), Map.entry("vlan", 10), Map.entry("protocol", "802.1q"),
                Map.entry("vni", 1010), Map.entry("priority", "0"), Map.entry("tags", "refuse"),
                Map.entry("in", 3L), Map.entry("in_bytes", 3L * length + 8), Map.entry("out", 1L),
                Map.entry("out_bytes", (long)length), Map.entry("dropped", 2L),
                Map.entry("drops", Map.of("stacked-vlan", 1L, "inner-vlan", 1L))),
            rows.get(1));
        assertEquals(0L, rows.get(0).get("in"));
        assertEquals(0L, rows.get(2).get("in"));
        assertEquals(List.of("keep", "carry"), List.of(rows.get(3).get("priority"), rows.get(3).get("tags")));
        assertEquals(1, CommandTrial.rows(trial.ask("vlan show vlan 10 vni 2010")).size());
        assertEquals(0, CommandTrial.rows(trial.ask("vlan show dev tap1")).size());
        assertEquals(2, CommandTrial.rows(trial.ask("vlan show from 1 limit 2")).size());
        assertTrue(trial.ask("drops reason unknown-vlan").text().contains("unknown-vlan"));
    }

    @Test
    void shouldChangeRulesOfVlans() throws AdminException
    {
        trial.ask("vlan set 10-11 dev tap0 priority dscp");
        assertEquals(new VlanRules(VlanPriority.DSCP, false), ten.rules());
        assertEquals(new VlanRules(VlanPriority.DSCP, false), eleven.rules());
        assertEquals(CARRY, service.rules());
        trial.ask("vlan set 10 dev tap0 protocol 802.1ad tags refuse");
        assertEquals(new VlanRules(VlanPriority.KEEP, false), service.rules());
        assertEquals(new VlanRules(VlanPriority.DSCP, false), ten.rules());
    }

    @Test
    void shouldRefuseVlansThatDoNotExistAndRulesThatMakeNoSense() throws AdminException
    {
        trial.assertRefused(
            "device tap0 has 2 of 3 VLANs; 'vlan show dev tap0' lists them", "vlan set 10-12 dev tap0 tags carry");
        trial.assertRefused(
            "device eth0 has 0 of 1 VLANs; 'vlan show dev eth0' lists them", "vlan set 10 dev eth0 tags carry");
        assertEquals(VlanRules.DEFAULT, ten.rules());
        for (final String request : List.of(
            "vlan set", "vlan set 10 tags carry", "vlan set 10 dev tap0", "vlan set 0 dev tap0 tags carry",
            "vlan set 4095 dev tap0 tags carry", "vlan set 11-10 dev tap0 tags carry",
            "vlan set 10 dev tap0 tags drop", "vlan set 10 dev tap0 priority 8",
            "vlan set 10 dev tap0 protocol isl tags carry", "vlan show vlan x"))
        {
            assertTrue(trial.assertUsage(request).length() > 0);
        }
    }
}
