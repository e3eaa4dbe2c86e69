package io.overlane.examples;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Placeholder until the command lands. */
@Command(name = "demo")
final class DemoCommand implements Callable<Integer>
{
    @Override
    public Integer call()
    {
        return 1;
    }
}
