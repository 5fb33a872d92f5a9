#!/usr/bin/env -S node --conditions=@guestscope/source
import '../src/bin.ts'
