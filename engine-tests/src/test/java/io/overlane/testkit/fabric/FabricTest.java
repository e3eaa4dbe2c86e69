// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Short runs of a small fabric. */
class FabricTest
{
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shouldAgreeWithModel(final long seed)
    {
        assertRight(Fabric.run(smallFabric(seed)));
    }

    @Test
    void shouldAgreeWithModelUnderAttack()
    {
        final FabricReport report = Fabric.run(smallFabric(3).hostilePerSecond(50));
        assertRight(report);
        for (final String reason : List.of(
            "short-header", "no-i-flag", "reserved-bits", "unknown-vni", "inner-too-short", "inner-vlan",
            "bad-source-mac", "source-not-allowed", "static-violation", "inner-ip-truncated"))
        {
            assertTrue(report.drops().containsKey(reason), () -> reason + " in " + report.drops());
        }
    }

    @Test
    void shouldRepeatARunBySeed()
    {
        final FabricReport first = Fabric.run(smallFabric(7).durationNs(TimeUnit.SECONDS.toNanos(10)));
        final FabricReport again = Fabric.run(smallFabric(7).durationNs(TimeUnit.SECONDS.toNanos(10)));
        final FabricReport other = Fabric.run(smallFabric(8).durationNs(TimeUnit.SECONDS.toNanos(10)));
        assertEquals(first.hash(), again.hash());
        assertEquals(first.events(), again.events());
        assertEquals(first.drops(), again.drops());
        assertNotEquals(first.hash(), other.hash());
    }

    @Test
    void shouldReportWhereAnEngineDiffersFromModel()
    {
        // Each call gives another policy, so engine and model have different ones.
        final boolean[] isLearning = {false};
        final FabricReport report = Fabric.run(smallFabric(4).policy(policy ->
        {
            isLearning[0] = !isLearning[0];
            policy.learning(isLearning[0]);
        }));
        assertFalse(report.isRight());
        assertEquals(1, report.disagreements().size());
        final String text = report.disagreements().get(0);
        assertTrue(text.startsWith("seed 4, at "), text);
        assertTrue(text.contains("last events:"), text);
        assertTrue(text.contains("to run it again: seed(4), engines(12)"), text);
    }

    @Test
    void shouldRefuseAPolicyThatTheModelDoesNotKnow()
    {
        final FabricContext context = smallFabric(5).policy(policy -> policy.maxLearned(3));
        final IllegalArgumentException ex = assertThrows(IllegalArgumentException.class, () -> Fabric.run(context));
        assertEquals("the model of the fabric does not know maxLearned=3; simulate a policy without it",
            ex.getMessage());
    }

    private static FabricContext smallFabric(final long seed)
    {
        return new FabricContext(seed)
            .engines(12).networks(6).stations(60)
            .framesPerSecond(40).changesPerSecond(2)
            .durationNs(TimeUnit.SECONDS.toNanos(60))
            .partitions(TimeUnit.SECONDS.toNanos(20), TimeUnit.SECONDS.toNanos(5));
    }

    private static void assertRight(final FabricReport report)
    {
        assertEquals(List.of(), report.disagreements());
        assertEquals(0, report.heldEngines(), "closed engines that something still holds");
        assertTrue(report.frames() > 500 && report.delivered() > 500 && report.starts() > 12, report::toString);
    }
}
