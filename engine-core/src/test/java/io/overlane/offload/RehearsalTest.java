// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rehearsal reaches the code that it is for. */
@Tag("both-accesses")
class RehearsalTest
{
    private static final int KINDS = 4;

    @Test
    void shouldJoinEachKindOfSuperFrameThatItCut()
    {
        assertEquals(3 * KINDS, Rehearsal.run(3));
    }
}
