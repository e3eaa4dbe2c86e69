// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.frames;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.status.PathCounters;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** No exception, one fate for each frame, and no byte written beside a frame: a short run of the script. */
class RandomFramesTest
{
    private static final int COUNT = 15_000;

    static Stream<Arguments> engines()
    {
        return Stream.of(Profile.values()).flatMap(profile ->
            Stream.of(Arguments.of(profile, true), Arguments.of(profile, false)));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void shouldGiveEachFrameOneFate(final Profile profile, final boolean isV4)
    {
        final FrameRun run = RandomFrames.run(profile, isV4, COUNT, 0x0E7A);
        assertRan(run.engine().counters().encap());
        assertRan(run.engine().counters().decap());
    }

    /** Some of each fate: a run whose every frame ends at the first check proves nothing. */
    private static void assertRan(final PathCounters path)
    {
        assertTrue(path.framesIn() >= COUNT, "in " + path.framesIn());
        assertTrue(path.delivered() > COUNT / 10, "delivered " + path.delivered());
        assertTrue(path.dropped() > COUNT / 20, "dropped " + path.dropped());
    }
}
