// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.life;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All is changed while frames flow, and the engine ends in the middle of it; {@code fuzz.sh lives} does it longer. */
class EngineLivesTest
{
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    @Timeout(120)
    void shouldGiveEachFrameOneFateWhateverChanges(final long seed)
    {
        assertTrue(EngineLives.live(seed, 300) > 0, "frames went");
    }
}
