// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A thousand engines for 30 seconds of real time after their launch, or {@code -Doverlane.fabric.seconds=N}; {@code
 * -Doverlane.fabric.seed=N} runs one again. {@code scripts/fabric.sh} runs them for a day of virtual time.
 */
@Tag("fabric")
class LargeFabricIT
{
    @Test
    void shouldAgreeWithModelWithThousandEngines()
    {
        final long seed = Long.getLong("overlane.fabric.seed", System.nanoTime());
        final FabricReport report = Fabric.run(new FabricContext(seed)
            .engines(1_000).networks(250).stations(2_500)
            .framesPerSecond(2_000).changesPerSecond(20).hostilePerSecond(20)
            .durationNs(TimeUnit.HOURS.toNanos(1))
            .maxWallNs(TimeUnit.SECONDS.toNanos(Integer.getInteger("overlane.fabric.seconds", 30))));
        System.out.println("fabric: " + report);
        assertEquals(List.of(), report.disagreements());
        assertEquals(0, report.heldEngines(), "closed engines that something still holds");
        assertTrue(report.delivered() > 0 && report.starts() >= 1_000, report::toString);
    }
}
