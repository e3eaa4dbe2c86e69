// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.frame.FrameBatch;
import io.overlane.pipeline.decap.DatagramFeed;
import io.overlane.pipeline.encap.EncapPath;
import io.overlane.underlay.ReceiveBatch;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Calls the two paths so that the JVM compiles them by themselves, and never as a part of their callers.
 *
 * <p>A path with everything that it calls is the largest code of an engine. The optimizing compiler (C2) would copy it
 * into the duty cycle of the agent, into the cycle of the thread that runs the agent, and into its loop, and would do
 * that again whenever a new kind of traffic voids the code. This was half of the compiler's time, and it gains nothing:
 * there is one call for each batch. The compiler cannot look through a method handle that is no constant.
 */
final class SeparateCode
{
    private final MethodHandle encap;
    private final MethodHandle feed;

    SeparateCode()
    {
        final MethodHandles.Lookup lookup = MethodHandles.lookup();
        try
        {
            encap = lookup.findVirtual(
                EncapPath.class, "encap", MethodType.methodType(void.class, FrameBatch.class));
            feed = lookup.findVirtual(
                DatagramFeed.class, "feed", MethodType.methodType(void.class, ReceiveBatch.class));
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new LinkageError("the paths have no such method", ex);
        }
    }

    void encap(final EncapPath path, final FrameBatch batch)
    {
        try
        {
            encap.invokeExact(path, batch);
        }
        catch (final Throwable ex)
        {
            throw unchecked(ex);
        }
    }

    void feed(final DatagramFeed to, final ReceiveBatch batch)
    {
        try
        {
            feed.invokeExact(to, batch);
        }
        catch (final Throwable ex)
        {
            throw unchecked(ex);
        }
    }

    /** The methods declare no checked exception. */
    private static RuntimeException unchecked(final Throwable ex)
    {
        if (ex instanceof Error error)
        {
            throw error;
        }
        return (RuntimeException)ex;
    }
}
