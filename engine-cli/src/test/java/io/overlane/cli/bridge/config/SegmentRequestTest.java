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
import io.overlane.policy.FloodBudget;
import java.util.List;
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

    @ParameterizedTest
    @ValueSource(strings = {
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
        return SegmentRequest.plan(words.isEmpty() ? List.of() : List.of(words.split(" ")), first, host);
    }
}
