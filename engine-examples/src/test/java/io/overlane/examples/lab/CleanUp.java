// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

/** What has to be removed when a lab is closed, or when the JVM is told to end before that; once only. */
final class CleanUp implements AutoCloseable
{
    private final Runnable removal;
    private final Thread hook;

    /**
     * @param removal of everything; what was never made it passes over.
     */
    CleanUp(final Runnable removal)
    {
        this.removal = removal;
        hook = new Thread(removal, "lab-clean-up");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close()
    {
        try
        {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        catch (final IllegalStateException ex)
        {
            // The JVM is ending: the hook runs now.
            return;
        }
        removal.run();
    }
}
