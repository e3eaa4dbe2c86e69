/** Tests of requests to an admin socket. */
package io.overlane.examples.ctl;
