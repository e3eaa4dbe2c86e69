// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** {@link KnownSources} against a map, and beside a reader. */
class KnownSourcesTest
{
    private final KnownSources sources = new KnownSources();

    @Test
    void shouldKnowAddressUntilItIsLetGoAsOftenAsNamed()
    {
        assertFalse(sources.contains(0, 7));
        sources.add(0, 7);
        sources.add(0, 7);
        sources.remove(0, 7);
        assertTrue(sources.contains(0, 7));
        sources.remove(0, 7);
        assertFalse(sources.contains(0, 7));
        sources.add(0, 7);
        assertTrue(sources.contains(0, 7));
    }

    @Test
    void shouldRefuseToLetGoWhatWasNotNamed()
    {
        assertThrows(IllegalStateException.class, () -> sources.remove(1, 2));
        sources.add(1, 2);
        sources.remove(1, 2);
        assertThrows(IllegalStateException.class, () -> sources.remove(1, 2));
    }

    @Test
    void shouldLookAtAllOfAnAddress()
    {
        sources.add(1, 2);
        assertFalse(sources.contains(2, 1));
        assertFalse(sources.contains(0, 2));
        assertFalse(sources.contains(1, 0));
        assertFalse(sources.contains(0, 0));
        sources.add(0, 0);
        assertTrue(sources.contains(0, 0));
    }

    @Test
    void shouldAnswerAsAMapDoes()
    {
        final Random random = new Random(7348);
        final Map<IpAddress, Integer> model = new HashMap<>();
        for (int i = 0; i < 100_000; i++)
        {
            final int range = i < 50_000 ? 2_000 : 20;
            final IpAddress address = new IpAddress(random.nextInt(3), IpAddress.v4Low(random.nextInt(range)));
            if (random.nextInt(3) > 0)
            {
                sources.add(address.high(), address.low());
                model.merge(address, 1, Integer::sum);
            }
            else if (model.containsKey(address))
            {
                sources.remove(address.high(), address.low());
                model.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
            }
            final IpAddress asked = new IpAddress(random.nextInt(3), IpAddress.v4Low(random.nextInt(range)));
            assertEquals(model.containsKey(asked), sources.contains(asked.high(), asked.low()));
        }
    }

    @Test
    void shouldNeverHideAnAddressThatStaysFromAReader() throws InterruptedException
    {
        sources.add(0, -1);
        final AtomicBoolean isDone = new AtomicBoolean();
        final AtomicBoolean wasHidden = new AtomicBoolean();
        final Thread reader = new Thread(() ->
        {
            while (!isDone.get())
            {
                if (!sources.contains(0, -1) || sources.contains(5, 5))
                {
                    wasHidden.set(true);
                }
            }
        });
        reader.start();
        for (int i = 0; i < 200_000; i++)
        {
            sources.add(1, i);
            if (i >= 100)
            {
                sources.remove(1, i - 100);
            }
        }
        isDone.set(true);
        reader.join();
        assertFalse(wasHidden.get());
    }
}
