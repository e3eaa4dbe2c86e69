// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.fastpath.FastPathException;
import io.overlane.fastpath.FastPathState;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Values of an option {@code --fast-path}: whether the kernel carries frames of known stations, and where. */
public enum FastPathMode
{
    /** The engine carries all frames. */
    OFF(null),

    /** The kernel does if it can. */
    AUTO(DecapHook.AUTO),

    /** The kernel does, at the traffic control of devices; the engine is not launched without. */
    TC(DecapHook.TC),

    /** The kernel does, and decapsulates in the driver of the device; the engine is not launched without. */
    XDP(DecapHook.XDP);

    private static final String OPTION = "--fast-path ";

    private final @Nullable DecapHook hook;

    FastPathMode(final @Nullable DecapHook hook)
    {
        this.hook = hook;
    }

    /**
     * @param text name of a mode, in any case.
     * @throws IllegalArgumentException if there is no such mode; one line.
     */
    public static FastPathMode parse(final String text)
    {
        for (final FastPathMode mode : values())
        {
            if (mode.name().equalsIgnoreCase(text))
            {
                return mode;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is no fast path (expected " +
            Arrays.stream(values()).map(FastPathMode::toString).collect(Collectors.joining(", ")) + ")");
    }

    /** @return whether an engine is not launched without a fast path. */
    public boolean isRequired()
    {
        return this != OFF && this != AUTO;
    }

    /**
     * Launch an engine with the fast path of this mode.
     *
     * @param context of the engine.
     * @param warning gets a line if the engine has none, although the mode is {@link #AUTO}.
     * @return the engine.
     * @throws IOException if it must have one and cannot; one line.
     */
    public OverlayEngine launch(final EngineContext context, final Consumer<String> warning) throws IOException
    {
        if (hook != null)
        {
            final BpfFastPath fastPath = new BpfFastPath(hook);
            if (isRequired())
            {
                context.fastPath(fastPath);
            }
            else
            {
                context.fastPathIfPossible(fastPath);
            }
        }
        try
        {
            final OverlayEngine engine = OverlayEngine.launch(context);
            if (hook != null && engine.snapshot().fastPath().state() == FastPathState.OFF)
            {
                engine.fastPath().status().thenAccept(status -> warning.accept(OPTION + this + ": " + status.why()));
            }
            return engine;
        }
        catch (final FastPathException ex)
        {
            throw new IOException(OPTION + this + ": " + ex.getMessage(), ex);
        }
    }

    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
