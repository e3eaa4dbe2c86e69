/** Tests of the admin socket. */
package io.overlane.admin;
