// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test, at the latest the last one of its class, when Netty finds a buffer that was not released. JUnit loads
 * it for every test of this module, also in JVMs inside namespaces.
 */
public final class LeakExtension implements AfterEachCallback, AfterAllCallback
{
    private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

    static
    {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory());
    }

    /** Leaks found until now, which the next check does not find again. */
    static List<String> takeLeaks()
    {
        // A leak shows when the collector has found the buffer and the detector follows another one.
        System.gc();
        UnpooledByteBufAllocator.DEFAULT.directBuffer(1).release();
        return newLeaks();
    }

    private static List<String> newLeaks()
    {
        final List<String> found = new ArrayList<>(LEAKS);
        LEAKS.removeAll(found);
        return found;
    }

    @Override
    public void afterEach(final ExtensionContext context)
    {
        assertEquals(List.of(), newLeaks());
    }

    @Override
    public void afterAll(final ExtensionContext context)
    {
        assertEquals(List.of(), takeLeaks());
    }

    /** Makes detectors that report to this class. */
    private static final class Factory extends ResourceLeakDetectorFactory
    {
        @Override
        @SuppressWarnings("deprecation")
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
            final Class<T> resource, final int samplingInterval, final long maxActive)
        {
            return new Detector<>(resource, samplingInterval);
        }
    }

    /** Keeps what Netty writes to a log. */
    private static final class Detector<T> extends ResourceLeakDetector<T>
    {
        Detector(final Class<T> resource, final int samplingInterval)
        {
            super(resource, samplingInterval);
        }

        @Override
        protected boolean needReport()
        {
            return true;
        }

        @Override
        protected void reportTracedLeak(final String resourceType, final String records)
        {
            LEAKS.add(resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(final String resourceType)
        {
            LEAKS.add(resourceType);
        }
    }
}
