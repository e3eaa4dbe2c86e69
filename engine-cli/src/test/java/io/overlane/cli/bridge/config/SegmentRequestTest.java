// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.admin.AdminException;
import io.overlane.admin.AdminStatus;
import io.overlane.cli.bridge.plan.BridgeOptionsParser;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.FakeHost;
import io.overlane.cli.bridge.plan.VlanSpec;
import io.overlane.policy.FloodBudget;
import io.overlane.port.VlanPriority;
import io.overlane.port.VlanRules;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator says of a further segment. */
class SegmentRequestTest
{
    @Test
    void shouldTakeWhatIsSaidAndTheRestFromTheFirst() throws AdminException
    {
        final BridgePlan plan =
            plan("77 dev blue mtu 1300 learning on max-learned 9 flood-limit segment=5");
        assertEquals(77, plan.vni());
        assertEquals("blue", plan.device());
        assertEquals(1300, plan.mtu());
        assertTrue(plan.policy().learning());
        assertEquals(9, plan.policy().maxLearned());
        assertEquals(new FloodBudget(0, 5, 0), plan.policy().floodBudget());
        assertEquals(4789, plan.local().udpPort());
        assertEquals("vx78", plan("78").device());
        assertFalse(plan("78").policy().learning());
        assertEquals(new FloodBudget(0, 0, 0), plan("78").policy().floodBudget());
    }

    @Test
    void shouldMakeASegmentOfEachVlanOfARange() throws AdminException
    {
        final BridgePlan first = BridgeOptionsParser.plan("--local 192.0.2.1 --port 4789", new FakeHost());
        final BridgePlan trunk = BridgeOptionsParser.plan(
            "--local 192.0.2.1 --device trunk0 --vlan 5 --mtu 1400 --mac 02:00:00:00:00:77", new FakeHost());
        final List<BridgePlan> plans = plans(
            "10300 vlan 300-302 dev trunk0 vlan-priority dscp vlan-tags carry flood 192.0.2.2,192.0.2.3:4790",
            first,
            device -> device.equals("trunk0") ? trunk : null);
        assertEquals(List.of(10300, 10301, 10302), plans.stream().map(BridgePlan::vni).toList());
        assertEquals(List.of(300, 301, 302), plans.stream().map(plan -> plan.vlan().id()).toList());
        for (final BridgePlan plan : plans)
        {
            assertEquals("trunk0", plan.device());
            assertEquals(1400, plan.mtu());
            assertEquals(trunk.mac(), plan.mac());
            assertEquals(new VlanRules(VlanPriority.DSCP, true), plan.vlanRules());
            assertEquals("[192.0.2.2:4789, 192.0.2.3:4790]", plan.flood().toString());
        }
        final BridgePlan service = plan("7 vlan 7 vlan-protocol 802.1ad");
        assertEquals(new VlanSpec(7, true), service.vlan());
        assertTrue(service.vlanRules().carriesTags());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "7-8", "7-8 vlan 7-8 dev a", "7 vlan 7-8", "7 vlan 4095", "7 vlan 9-8 dev a", "7 vlan", "7 vlan x",
        "7 vlan 4090-4095 dev a", "16777215 vlan 1-2 dev a", "7 vlan 1 vlan-priority 8", "7 vlan-priority 1",
        "7 vlan 1 vlan-tags yes", "7 vlan 1 vlan-protocol isl", "7 flood x",
        "", "x", "16777216", "7 dev", "7 mtu x", "7 mtu 20", "7 learning yes", "7 max-learned -1", "7 flood-limit 5",
        "7 colour blue"})
    void shouldRefuseWhatMakesNoSense(final String words)
    {
        final AdminException ex = assertThrows(AdminException.class, () -> plan(words));
        assertEquals(AdminStatus.USAGE, ex.status());
        assertEquals(1, ex.getMessage().lines().count());
    }

    private static BridgePlan plan(final String words) throws AdminException
    {
        final FakeHost host = new FakeHost();
        final BridgePlan first = BridgeOptionsParser.plan("--local 192.0.2.1 --port 4789", host);
        return plans(words, first, device -> null).get(0);
    }

    private static List<BridgePlan> plans(
        final String words, final BridgePlan first, final Function<String, BridgePlan> byDevice) throws AdminException
    {
        return SegmentRequest.plans(
            words.isEmpty() ? List.of() : List.of(words.split(" ")), first, byDevice, new FakeHost());
    }
}
